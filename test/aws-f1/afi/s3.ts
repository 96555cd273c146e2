/**
 * A real S3 server, and a proxy before it that writes down every request and can do what networks and accounts do: cut a
 * connection in the middle of a body, never answer, answer with an error.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tools } from '../../../sim/tools/index.ts';

export interface Seen {
  /** As the API calls it. */
  readonly call: string;
  readonly path: string;
  readonly part?: number;
  /** Bytes of the body that arrived. */
  readonly bytes: number;
  readonly status: number | 'cut';
  readonly authorization: string;
}

export type Fault =
  | { readonly kind: 'cut'; readonly after: number }
  /** The server does it, and the answer is lost. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'hang' }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    };

export interface S3 {
  readonly url: string;
  readonly seen: Seen[];
  /** Chooses the fault of a request; none unless set. */
  fault: (call: string, part?: number) => Fault | undefined;
  /** Takes all faults and records away. */
  reset(): void;
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('s3_server.py', import.meta.url));

export async function startS3(): Promise<S3> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'; // as the command says it to the SDK
  const { path, env } = await tools.s3Server();
  const server = spawn(path, [script], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(server, 'exit');
  const lines = createInterface({ input: server.stdout });
  const [first] = (await Promise.race([once(lines, 'line'), ended.then(() => ['it ended'])])) as [string];
  if (!/^\d+$/.test(first)) throw new Error(`the S3 server does not start: ${first}`);
  const seen: Seen[] = [];
  const none = (): undefined => undefined;
  const s3: S3 = {
    url: '',
    seen,
    fault: none,
    reset() {
      seen.length = 0;
      s3.fault = none;
    },
    async stop() {
      proxy.closeAllConnections();
      proxy.close();
      server.stdin.end();
      await ended;
    },
  };
  const proxy = await listen((message, response) => void pass(message, response, Number(first), s3));
  return Object.assign(s3, { url: urlOf(proxy) });
}

export async function listen(serve: (message: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The call of the API that a request is. */
function callOf(method: string, { pathname, searchParams: query }: URL): string {
  const isBucket = pathname.split('/').filter(Boolean).length === 1;
  if (query.has('uploads')) return method === 'GET' ? 'ListMultipartUploads' : 'CreateMultipartUpload';
  if (query.has('uploadId')) {
    const calls = {
      GET: 'ListParts',
      PUT: 'UploadPart',
      POST: 'CompleteMultipartUpload',
      DELETE: 'AbortMultipartUpload',
    };
    return calls[method as keyof typeof calls];
  }
  return `${method} ${isBucket ? 'bucket' : 'object'}`;
}

async function pass(message: IncomingMessage, response: ServerResponse, port: number, s3: S3): Promise<void> {
  const url = new URL(message.url!, 'http://s3');
  const call = callOf(message.method!, url);
  const part = url.searchParams.has('partNumber') ? Number(url.searchParams.get('partNumber')) : undefined;
  const fault = s3.fault(call, part);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const note = (status: Seen['status']): void => {
    const { authorization = '' } = message.headers;
    s3.seen.push({ call, path: url.pathname, ...(part !== undefined && { part }), bytes, status, authorization });
  };
  message.on('error', () => {});
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (fault?.kind === 'cut' && bytes >= fault.after) {
      note('cut');
      message.socket.destroy();
      return;
    }
  }
  if (fault?.kind === 'hang') {
    note('cut');
    return;
  }
  if (fault?.kind === 'error') {
    note(fault.status);
    const body = `<Error><Code>${fault.code}</Code><Message>played by the test</Message></Error>`;
    response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers });
    response.end(message.method === 'HEAD' ? '' : body);
    return;
  }
  const { method, url: path, headers } = message;
  const forward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    if (fault?.kind === 'lost') {
      note('cut');
      answer.resume();
      message.socket.destroy();
      return;
    }
    note(answer.statusCode!);
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  forward.on('error', () => message.socket.destroy());
  forward.end(Buffer.concat(chunks));
}
