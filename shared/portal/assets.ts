import { createHash } from 'node:crypto'
import { SCRIPT_TEXT } from './script.ts'
import { STYLESHEET } from './stylesheet.ts'

/** A file that pages refer to. Its address changes with its content, so a browser may keep it for ever. */
export interface Asset {
  /** Below `assets/`. */
  readonly file: string
  readonly contentType: string
  readonly body: string
}

/** A gate in an arch, on a ground that light and dark pages both bear. */
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#14594f"/><path d="M8 25V15a8 8 0 0 1 16 0v10" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/><path d="M16 25v-9" stroke="#8fd8c6" stroke-width="2.6" stroke-linecap="round"/></svg>
`

export const STYLE = toAsset('gatehouse', 'css', { contentType: 'text/css; charset=utf-8', body: STYLESHEET })
export const SCRIPT = toAsset('gatehouse', 'js', {
  contentType: 'text/javascript; charset=utf-8',
  body: SCRIPT_TEXT,
})
export const ICON = toAsset('gate', 'svg', { contentType: 'image/svg+xml', body: MARK })

const ASSETS: ReadonlyMap<string, Asset> = new Map([STYLE, SCRIPT, ICON].map((asset) => [asset.file, asset]))

/** The file of that very content; `undefined` for every other name. */
export function findAsset(file: string): Asset | undefined {
  return ASSETS.get(file)
}

/** Where a page finds it. */
export function hrefOf({ file }: Asset): string {
  return `/assets/${file}`
}

function toAsset(name: string, extension: string, content: Pick<Asset, 'contentType' | 'body'>): Asset {
  const hash = createHash('sha256').update(content.body).digest('hex').slice(0, 16)
  return { file: `${name}.${hash}.${extension}`, ...content }
}
