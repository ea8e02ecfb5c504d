// What the servers of this folder have in common: an address that the system chooses, told to whoever started them.

/** Listens on 127.0.0.1, lets the server be prepared for that address, and tells its issuer in one line on standard output. */
export function ready(server, prepare) {
  server.listen(0, '127.0.0.1', async () => {
    const issuer = await prepare(`http://127.0.0.1:${server.address().port}`);
    console.log(JSON.stringify({ issuer }));
  });
  // Whoever started this has gone.
  process.stdin.resume().on('end', () => process.exit());
}
