/** How the API's description looks: the colours of the pages. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--ground:#eef2f8;--surface:#fff;--ink:#0a1730;--muted:#475672;--line:#d6dfec;--link:#0b3fa8;--get:#0a6b3d;--post:#0b3fa8;--patch:#7d4500;--delete:#b11220}
@media (prefers-color-scheme:dark){:root{--ground:#060e20;--surface:#0d1a35;--ink:#eef3ff;--muted:#a9b8d6;--line:#22355f;--link:#8fb3ff;--get:#5fdc9c;--post:#8fb3ff;--patch:#ffc46b;--delete:#ff9ca4}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header{padding:1.5rem max(1rem,calc((100vw - 76rem)/2));background:#071f58;color:#fff}
header a{color:#d9f21c}
h1{margin:.25rem 0;font-size:2rem;letter-spacing:-.02em}
header p{margin:0}
.frame{display:grid;max-width:76rem;margin:0 auto;padding:1rem;gap:1.5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem;margin:0;padding:0;list-style:none}
nav a{display:flex;min-height:2.75rem;align-items:center;gap:.5rem;padding:0 .75rem;border-radius:.75rem;color:inherit;font-weight:700;text-decoration:none}
nav a:hover{background:var(--surface)}
nav span,i{color:var(--muted);font-weight:400}
main{min-width:0}
section{margin-bottom:2.5rem}
h2{font-size:1.5rem;letter-spacing:-.02em}
h3{margin:1rem 0 .25rem;font-size:1rem}
a{color:var(--link)}
details{margin:.5rem 0;border:1px solid var(--line);border-radius:.875rem;background:var(--surface);padding:0 1rem}
details[open]{padding-bottom:1rem}
summary{min-height:2.75rem;padding:.6rem 0;cursor:pointer}
summary span{display:block;color:var(--muted)}
b{display:inline-block;min-width:4.25rem}
.get{color:var(--get)}.post,.put{color:var(--post)}.patch{color:var(--patch)}.delete{color:var(--delete)}
code{font:.9375rem/1.4 ui-monospace,monospace}
pre{overflow:auto;margin:0;padding:1rem;border:1px solid var(--line);border-radius:.875rem;background:var(--surface)}
.wide{overflow:auto}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);font-weight:400;text-align:left;vertical-align:top}
dt{margin-top:.5rem;font-weight:700}
dd{margin:0;color:var(--muted)}
dd code{color:var(--ink)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header :focus-visible{outline-color:#d9f21c}
@media (min-width:60rem){.frame{grid-template-columns:12rem 1fr}nav{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto}nav ul{display:block}}
`;
