#!/usr/bin/env node
// The sources run as TypeScript by Node's own type stripping, which needs Node 24 (pinned as the package `node`).
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `padelvar-edge needs Node 24 or newer and was started by ${process.version}; use "npx padelvar-edge" or node_modules/.bin/node\n`,
  );
  process.exit(1);
}
const { main } = await import('../src/cli/main.ts');
await main(process.argv.slice(2));
