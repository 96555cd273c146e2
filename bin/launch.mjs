// What both entries share: load the TypeScript loader, then the file, and explain a missing installation.

/** Loads one TypeScript module, `url`, after registering the loaders. Ends the process if nothing is installed. */
export async function launch(url) {
  try {
    await import('./register.mjs');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const missing = /Cannot find package '([^']+)'/.exec(error.message)?.[1] ?? 'a package';
    console.error(
      `hermes: ${missing} is not installed. Run "npm install" in the checkout first (Node 20.19 or newer).`,
    );
    process.exit(1);
  }
  return import(url);
}
