// An app around the recipe for Express. Debian's package of Express is outside of `node_modules`.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

mkdirSync("node_modules");
symlinkSync(dirname(createRequire(import.meta.url).resolve("express")), "node_modules/express");
writeFileSync(
  "auth.mjs",
  `export function signedIn(request, response, next) {
    request.user = { id: request.get("x-user") };
    return request.user.id ? next() : response.sendStatus(401);
  }`,
);
writeFileSync(
  "app.mjs",
  `import express from "express";
  import { avatars } from "./avatars.mjs";
  express().use(avatars).use(express.json()).listen(process.env.PORT, "127.0.0.1");`,
);
await import(pathToFileURL("app.mjs"));
