// What the servers of this folder have in common: an address that the system chooses, told to whoever started them.

/** Listens on 127.0.0.1, lets the server be prepared for that address, and tells its issuer. */
export function ready(server, prepare) {
  server.listen(0, '127.0.0.1', async () => tell(await prepare(`http://127.0.0.1:${server.address().port}`)));
}

/** Says the issuer in one line on standard output, and ends with standard input: then whoever started this has gone. */
export function tell(issuer) {
  console.log(JSON.stringify({ issuer }));
  process.stdin.resume().on('end', () => process.exit());
}
