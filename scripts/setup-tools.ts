/** npm run setup: installs the simulation tools where it may, and says what to install where it may not. */
import pc from 'picocolors';
import { installTools } from '../sim/tools/install.ts';

try {
  const tools = await installTools((text) => console.log(pc.cyan(`setup: ${text}`)));
  for (const { name, version, path } of tools) console.log(`${name.padEnd(16)}${version.padEnd(12)}${path}`);
} catch (error) {
  console.error(pc.red(`setup: ${(error as Error).message}`));
  process.exitCode = 1;
}
