/**
 * The calls of EC2 for FPGA images, in its query protocol: form parameters in, XML out. Idempotent by client token as
 * EC2 is, with what an account may meet: throttling, trouble of the service, lost answers, expired credentials.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, urlOf } from './s3.ts';

export interface Made {
  readonly id: string;
  readonly globalId: string;
  readonly token: string;
  readonly name: string;
  readonly description: string;
  /** States that it goes through, one a question; the last one stays. */
  states: readonly (readonly [code: string, message?: string])[];
}

export type Fault =
  | { readonly error: string; readonly status?: number; readonly message?: string }
  /** No answer at all; or the connection cut, before or after the work was done. */
  | 'hang'
  | 'cut'
  | 'lost'
  | 'stall after';

export interface Ec2 {
  readonly url: string;
  /** Every request, with its parameters. */
  readonly requests: Record<string, string>[];
  readonly images: Made[];
  /** What befalls the next requests of an action, one each. */
  readonly faults: Record<string, Fault[]>;
  /** States of images that are made from now on. */
  states: Made['states'];
  reset(): void;
  /** Requests of one action. */
  of(action: string): Record<string, string>[];
  stop(): Promise<void>;
}

const available = [['pending'], ['available']] as const;

export async function startEc2(): Promise<Ec2> {
  const ec2: Ec2 = {
    url: '',
    requests: [],
    images: [],
    faults: {},
    states: available,
    reset() {
      ec2.requests.length = 0;
      ec2.images.length = 0;
      for (const action of Object.keys(ec2.faults)) delete ec2.faults[action];
      ec2.states = available;
    },
    of: (action) => ec2.requests.filter(({ Action }) => Action === action),
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = await listen((message, response) => void serve(ec2, message, response));
  return Object.assign(ec2, { url: urlOf(server) });
}

class Ec2Error extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

async function serve(ec2: Ec2, message: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of message) body += chunk;
  const given = Object.fromEntries(new URLSearchParams(body));
  const { Action: action = '' } = given;
  ec2.requests.push(given);
  const fault = ec2.faults[action]?.shift();
  if (fault === 'hang') return;
  if (fault === 'cut') return void message.socket.destroy();
  const send = (status: number, xml: string): void => {
    if (fault === 'lost') return void message.socket.destroy();
    if (fault === 'stall after') return;
    response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
  };
  const sendError = (status: number, code: string, text: string): void =>
    send(
      status,
      `<Response><Errors><Error>${tag('Code', code)}${tag('Message', text)}</Error></Errors>${request}</Response>`,
    );
  if (typeof fault === 'object')
    return sendError(fault.status ?? 400, fault.error, fault.message ?? 'played by the test');
  try {
    const region = /\/(\w+-\w+-\d)\/ec2\//.exec(message.headers.authorization ?? '')?.[1] ?? '';
    const answer = actions[action]?.(ec2, given, region);
    if (answer === undefined)
      throw new Ec2Error('InvalidAction', `The action ${action} is not valid for this web service.`);
    send(
      200,
      `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${request}${answer}</${action}Response>`,
    );
  } catch (error) {
    if (!(error instanceof Ec2Error)) throw error;
    sendError(400, error.code, error.message);
  }
}

const request = '<requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>';
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const tag = (name: string, text: string): string => `<${name}>${escape(text)}</${name}>`;

/** EC2 keeps a token together with what was asked under it. */
function once(ec2: Ec2, given: Record<string, string>, make: () => Made): Made {
  const { ClientToken: token = '' } = given;
  const known = ec2.images.find((image) => image.token === token);
  if (known === undefined) {
    const made = make();
    ec2.images.push(made);
    return made;
  }
  const same =
    known.name === (given['Name'] ?? known.name) && known.description === (given['Description'] ?? known.description);
  if (same) return known;
  throw new Ec2Error('IdempotentParameterMismatch', 'The client token was used with other parameters.');
}

type Action = (ec2: Ec2, given: Record<string, string>, region: string) => string;

const hex = (number: number): string => number.toString(16).padStart(17, '0');

const actions: Readonly<Record<string, Action>> = {
  CreateFpgaImage(ec2, given) {
    if (!given['InputStorageLocation.Bucket']) throw new Ec2Error('MissingParameter', 'InputStorageLocation');
    const { id, globalId } = once(ec2, given, () => ({
      id: `afi-${hex(ec2.images.length + 1)}`,
      globalId: `agfi-${hex(ec2.images.length + 1)}`,
      token: given['ClientToken']!,
      name: given['Name'] ?? '',
      description: given['Description'] ?? '',
      states: ec2.states,
    }));
    return tag('fpgaImageId', id) + tag('fpgaImageGlobalId', globalId);
  },

  DescribeFpgaImages(ec2, given) {
    const wanted = given['FpgaImageId.1'];
    const found = ec2.images.filter(({ id }) => wanted === undefined || id === wanted);
    if (wanted !== undefined && found.length === 0) {
      throw new Ec2Error('InvalidFpgaImageID.NotFound', `The image ID '${wanted}' does not exist`);
    }
    // One image a page, so that whoever asks has to turn pages.
    const from = Number(given['NextToken'] ?? 0);
    const item = (image: Made): string => {
      const [state = ['pending'], ...later] = image.states;
      if (wanted !== undefined && later.length > 0) image.states = later;
      const [code, text] = state;
      return [
        '<item>',
        tag('fpgaImageId', image.id),
        tag('fpgaImageGlobalId', image.globalId),
        tag('name', image.name),
        tag('description', image.description),
        tag('ownerId', '123456789012'),
        tag('shellVersion', '0x10212415'),
        tag('createTime', '2026-01-02T03:04:05.000Z'),
        `<state>${tag('code', code!)}${text === undefined ? '' : tag('message', text)}</state>`,
        '</item>',
      ].join('');
    };
    const next = from + 1 < found.length ? tag('nextToken', `${from + 1}`) : '';
    return `<fpgaImageSet>${found
      .slice(from, from + 1)
      .map(item)
      .join('')}</fpgaImageSet>${next}`;
  },

  CopyFpgaImage(ec2, given) {
    const source = ec2.images.find(({ id }) => id === given['SourceFpgaImageId']);
    if (source === undefined) throw new Ec2Error('InvalidFpgaImageID.NotFound', 'There is no such image');
    const { id } = once(ec2, given, () => ({
      ...source,
      id: `afi-${hex(ec2.images.length + 1)}`,
      token: given['ClientToken']!,
      states: ec2.states,
    }));
    return tag('fpgaImageId', id);
  },
};
