// The route handlers of the recipe for Next.js, behind a server that gives them requests as Next.js does.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

mkdirSync("lib");
for (const file of ["darkroom.mjs", "users.mjs"]) renameSync(file, `lib/${file}`);
writeFileSync("package.json", JSON.stringify({ type: "module" }));
writeFileSync(
  "lib/auth.mjs",
  `export async function currentUser(request) {
    const id = request.headers.get("x-user");
    return id ? { id } : null;
  }`,
);

createServer(async (request, response) => {
  const { method, url, headers } = request;
  const body = method === "GET" ? undefined : await text(request);
  const { [method]: handler } = await import(pathToFileURL(`app${url}/route.js`));
  const result = await handler(new Request(`http://127.0.0.1${url}`, { method, headers, body }));
  response.writeHead(result.status, Object.fromEntries(result.headers)).end(await result.text());
}).listen(process.env.PORT, "127.0.0.1");
