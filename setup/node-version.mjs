// Imported first by every entry point: one clear line on an old Node, before newer syntax is parsed.
const needed = 20;
if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(`semia: Node ${needed} or newer is needed; this is ${process.version}. See https://nodejs.org`);
  process.exit(1);
}
