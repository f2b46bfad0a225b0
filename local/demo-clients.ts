/** The programs of the platform that `examples/` holds, as its operator would configure them. */
export const DEMO_CLIENTS = JSON.stringify([
  {
    id: 'example-portal',
    type: 'web',
    redirectUris: ['http://localhost:4000/callback'],
    postLogoutRedirectUris: ['http://localhost:4000/'],
  },
  { id: 'example-app', type: 'app', redirectUris: ['http://127.0.0.1/callback'] },
])
