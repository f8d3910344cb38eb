// The job with sharp. With --versions, prints the version of sharp and of its libraries instead.

import { basename, extname, join } from "node:path";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

// Resolved from the folder of the installation, which is the working directory.
const sharp = createRequire(join(process.cwd(), "package.json"))("sharp");

const { values, positionals } = parseArgs({
  options: {
    versions: { type: "boolean" },
    workers: { type: "string" },
    out: { type: "string" },
  },
  allowPositionals: true,
});

async function render(photo) {
  const data = await readFile(photo);
  const stem = basename(photo, extname(photo));
  const upright = sharp(data).rotate();
  await upright.clone().webp({ quality: 85 }).toFile(join(values.out, `${stem}.webp`));
  await upright
    .clone()
    .resize(400, 400, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: 80 })
    .toFile(join(values.out, `${stem}_thumb.webp`));
}

async function renderFrom(queue) {
  for (let photo = queue.shift(); photo; photo = queue.shift()) {
    await render(photo);
  }
}

if (values.versions) {
  const { sharp: version, vips, webp } = sharp.versions;
  console.log(`sharp ${version} (libvips ${vips}, libwebp ${webp})`);
} else {
  sharp.concurrency(1);
  const queue = [...positionals];
  await Promise.all(Array.from({ length: Number(values.workers) }, () => renderFrom(queue)));
}
