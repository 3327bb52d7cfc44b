// Compiles the style sheet and gathers fonts and htmx into src/egide/web/static/web. Run: npm install && npm run build
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { compile } from "sass";

const MIT = `
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS
PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../src/egide/web/static/web");
const modules = join(here, "node_modules");
mkdirSync(join(out, "fonts"), { recursive: true });
// The style sheet says which sources it was made from: a test tells when someone forgot to build.
const sources = createHash("sha256");
for (const folder of ["js", "scss"]) for (const name of readdirSync(join(here, folder)).sort()) sources.update(readFileSync(join(here, folder, name)));
const style = compile(join(here, "scss/egide.scss"), { style: "compressed", loadPaths: [modules], quietDeps: true, silenceDeprecations: ["import"] });
writeFileSync(join(out, "egide.css"), `/* made by tools/build_assets from ${sources.digest("hex").slice(0, 16)} */\n${style.css}\n`);
for (const weight of [400, 600, 700]) {
  copyFileSync(join(modules, `@fontsource/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-${weight}-normal.woff2`), join(out, `fonts/atkinson-${weight}.woff2`));
}
copyFileSync(join(modules, "@fontsource/atkinson-hyperlegible-next/LICENSE"), join(out, "fonts/OFL.txt"));
copyFileSync(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "htmx.min.js"));
copyFileSync(join(modules, "htmx.org/LICENSE"), join(out, "htmx.LICENSE.txt"));
writeFileSync(join(out, "govuk-frontend.LICENSE.txt"), "Form components compiled from govuk-frontend, MIT licence.\nCopyright (c) 2017 Crown Copyright (Government Digital Service)\n" + MIT);
buildSync({ entryPoints: [join(here, "js/egide.js")], outfile: join(out, "egide.js"), minify: true, bundle: true, format: "iife", target: "es2018" });
console.log("built", style.css.length, "bytes of css", readFileSync(join(out, "egide.js")).length, "of js");
