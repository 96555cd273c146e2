/** Keeps what belongs to an account out of everything that is printed or written. */

/** Variables of the environment whose values are secrets. Programs that are run do not get them either. */
const secretVariables: readonly string[] = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

const secrets = new Set<string>();

/** Remembers values that must not be shown, from wherever the SDK had them. */
export function conceal(...values: readonly (string | undefined)[]): void {
  for (const value of values) if (value !== undefined && value.length >= 8) secrets.add(value);
}

conceal(...secretVariables.map((name) => process.env[name]));

/** A text without secrets, access key ids, account numbers and encoded authorization messages. */
export function redact(text: string): string {
  for (const secret of secrets) text = text.replaceAll(secret, '(redacted)');
  return text
    .replaceAll(/\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b/g, '(redacted)')
    .replaceAll(/\barn:(aws[\w-]*):(\w*):([\w-]*):\d{12}:\S+/g, 'arn:$1:$2:$3:(redacted)')
    .replaceAll(/(?<![\dA-Za-z])\d{12}(?![\dA-Za-z])/g, '(account)')
    .replaceAll(/(Encoded authorization failure message: )\S+/g, '$1(redacted)')
    .replaceAll(/([?&]X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s]+/gi, '$1(redacted)');
}

/** The environment for a program that has nothing to do with AWS. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secretVariables.includes(name)));
}
