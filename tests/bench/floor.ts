import { createServer } from 'node:http'

const port = Number(process.argv[2])
const user = JSON.stringify({ id: 'x', userName: 'user@x.example', displayName: 'User', active: true })
const users = new Map([['x', user]])

createServer((request, response) => {
  const found = users.get((request.url ?? '').slice(1))
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/scim+json' })
  response.end(found)
}).listen(port, '127.0.0.1', () => process.stdout.write('listening\n'))
