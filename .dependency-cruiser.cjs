// The layers of the project: which room may import which. Checked by the test command.
const edgeOrder = [
  'base',
  'store',
  'mp4',
  'camera',
  'ingest',
  'proxy',
  'recording',
  'session',
  'upload',
  'link',
  'lan',
  'health',
  'simulate',
  'cli',
];

/** Each edge room may import only what stands above it; `app.ts` and the command line wire. */
const edgeLayers = edgeOrder
  .map((room, index) => ({
    name: `edge-${room}-imports-upward-only`,
    severity: 'error',
    from: { path: `^edge/src/${room}/` },
    to: {
      path: [
        ...edgeOrder.slice(index + 1).map((later) => `^edge/src/${later}/`),
        ...(room === 'cli' ? [] : ['^edge/src/app\\.ts$']),
      ],
    },
  }))
  .filter((rule) => rule.to.path.length > 0);

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shared-imports-nothing-but-zod',
      severity: 'error',
      from: { path: '^shared/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^shared/src/', 'node_modules/zod/'] },
    },
    {
      name: 'edge-knows-no-portal',
      severity: 'error',
      from: { path: '^edge/src/' },
      to: { path: '^cloud/' },
    },
    {
      name: 'portal-knows-no-edge',
      severity: 'error',
      from: { path: '^cloud/src/' },
      to: { path: '^edge/' },
    },
    {
      name: 'sql-only-in-store',
      severity: 'error',
      from: { path: '^edge/src/', pathNot: '^edge/src/store/' },
      to: { path: 'node_modules/(@types/)?better-sqlite3/' },
    },
    {
      name: 'mp4-is-pure',
      severity: 'error',
      from: { path: '^edge/src/mp4/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'portal-server-is-framework-free',
      severity: 'error',
      from: { path: '^cloud/src/lib/server/' },
      to: {
        path: ['^cloud/src/routes/', '^cloud/src/lib/ui/', 'node_modules/svelte/', 'node_modules/@sveltejs/'],
      },
    },
    {
      // It is a program's client as well: no page, no framework.
      name: 'client-runs-wherever-there-is-a-fetch',
      severity: 'error',
      from: { path: '^cloud/src/lib/client/(api|[a-z]+-api|request|media-urls|portal-time)\\.ts$' },
      to: {
        pathNot: [
          '^cloud/src/lib/client/(api|[a-z]+-api|request|media-urls|portal-time)\\.ts$',
          '^shared/src/',
          'node_modules/zod/',
        ],
      },
    },
    {
      name: 'only-app-and-hooks-wire',
      severity: 'error',
      from: { path: '^cloud/src/lib/server/', pathNot: ['^cloud/src/lib/server/app\\.ts$', '\\.test\\.ts$'] },
      to: { path: '^cloud/src/lib/server/app\\.ts$' },
    },
    ...edgeLayers,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
