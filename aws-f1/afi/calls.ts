/** Every call that leaves this process: to S3, to EC2, and to programs. A dry run prints them and does none. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { $ } from 'zx';
import { AfiError, failure, refused } from './failures.ts';
import { conceal, redact, withoutSecrets } from './redact.ts';

export interface CallOptions {
  /** Of the images and of the bucket; that of the profile or of AWS_REGION unless told. */
  readonly region?: string;
  /** URLs in place of those of AWS; the SDK itself also takes AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2. */
  readonly endpointS3?: string;
  readonly endpointEc2?: string;
  /** Milliseconds after which a request without an answer is sent again; 60 seconds unless told. */
  readonly requestTimeout?: number;
  readonly dryRun?: boolean;
}

export interface Ended {
  readonly code: number;
  /** Standard output and error, as they were interleaved. */
  readonly output: string;
}

/** A request that the SDK can send. */
interface Command {
  readonly input: object;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const attempts = 5;

// The SDK tells that a later version will want a later Node; this one is pinned, and fits.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

export class Calls {
  readonly dry: boolean;
  readonly region: string;
  readonly #clients: Readonly<Record<'s3' | 'ec2', EC2Client | S3Client>>;
  readonly #print: (line: string) => void;
  readonly #options: CallOptions;

  private constructor(region: string, options: CallOptions, print: (line: string) => void) {
    this.region = region;
    this.dry = options.dryRun ?? false;
    this.#options = options;
    this.#print = print;
    const timeout = options.requestTimeout ?? 60_000;
    const common = {
      region,
      maxAttempts: attempts,
      requestHandler: {
        connectionTimeout: Math.min(timeout, 10_000),
        requestTimeout: timeout,
        throwOnRequestTimeout: true,
      },
    };
    const s3 = options.endpointS3 === undefined ? {} : { endpoint: options.endpointS3, forcePathStyle: true };
    const ec2 = options.endpointEc2 === undefined ? {} : { endpoint: options.endpointEc2 };
    this.#clients = { s3: new S3Client({ ...common, ...s3 }), ec2: new EC2Client({ ...common, ...ec2 }) };
  }

  /** @param print takes the lines of a dry run */
  static async open(options: CallOptions, print: (line: string) => void): Promise<Calls> {
    const region = options.region ?? (await regionOfProfile());
    return new Calls(region, options, print);
  }

  /** The same in another region. */
  in(region: string): Calls {
    return new Calls(region, this.#options, this.#print);
  }

  s3<Answer>(command: Command, planned: Answer): Promise<Answer> {
    return this.#send('s3', command, planned);
  }

  ec2<Answer>(command: Command, planned: Answer): Promise<Answer> {
    return this.#send('ec2', command, planned);
  }

  /**
   * Sends a request; the SDK repeats it when that may help.
   * @param planned what a dry run takes for the answer
   * @throws AfiError with the code that AWS gave
   */
  async #send<Answer>(service: 's3' | 'ec2', command: Command, planned: Answer): Promise<Answer> {
    const name = command.constructor.name.replace(/Command$/, '');
    if (this.dry) {
      this.#print(`${service} ${name} in ${this.region} ${redact(JSON.stringify(withoutBytes(command.input)))}`);
      return planned;
    }
    const client = this.#clients[service];
    try {
      const credentials = client.config.credentials as () => Promise<Credentials>;
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      conceal(accessKeyId, secretAccessKey, sessionToken);
      return (await (client as { send(sent: Command): Promise<unknown> }).send(command)) as Answer;
    } catch (error) {
      throw requestError(name, error as Error);
    }
  }

  /** Runs a program to its end, without the credentials of this process. */
  async program(command: readonly string[], planned: string): Promise<Ended> {
    if (this.dry) {
      this.#print(`run ${command.join(' ')}`);
      return { code: 0, output: planned };
    }
    const env = withoutSecrets(process.env);
    const { exitCode, stdall } = await $({ env, nothrow: true, quiet: true, input: '' })`${command}`;
    return { code: exitCode ?? -1, output: stdall };
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.destroy();
  }
}

/** The parameters of a request, with the size in place of a body: one part of an upload is many megabytes. */
const withoutBytes = (input: object): object =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, Buffer.isBuffer(value) ? `${value.length} bytes` : value]),
  );

async function regionOfProfile(): Promise<string> {
  const client = new EC2Client({});
  try {
    return await client.config.region();
  } catch {
    throw refused('no region is chosen', 'give one with --region, in AWS_REGION, or in the profile');
  } finally {
    client.destroy();
  }
}

/** What went wrong with a request, with the code of AWS in `code`. */
export class RequestError extends AfiError {
  readonly code: string;
  /** The region that S3 gives for a bucket that is elsewhere. */
  readonly bucketRegion: string | undefined;

  constructor(call: string, code: string, said: string, bucketRegion?: string) {
    const row = failure('request', code);
    const meaning = row?.meaning ?? 'the request was refused';
    const detail = said === '' || said === code ? code : `${code}: ${said}`;
    super(`${call}: ${meaning} (${redact(detail)})`, row?.cure ?? 'mend what the message names', {
      passing: row?.passing ?? false,
    });
    this.code = row?.code ?? code;
    this.bucketRegion = bucketRegion;
  }
}

interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function requestError(call: string, error: SdkError): RequestError {
  const status = String(error.$metadata?.httpStatusCode ?? '');
  const names = [error.name, error.code, status].filter((name): name is string => name !== undefined && name !== '');
  const code = names.find((name) => failure('request', name) !== undefined) ?? names[0] ?? 'UnknownError';
  const message = /^Unknown(?:Error)?$/.test(error.message) ? '' : error.message;
  return new RequestError(call, code, message, error.$response?.headers?.['x-amz-bucket-region']);
}
