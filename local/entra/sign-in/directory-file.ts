import { statSync } from 'node:fs'
import type { Directory } from '../directory.ts'
import { openTenant, readTenant, saveTenant, type Tenant, type TenantSize } from '../tenant-file.ts'
import type { DirectorySource } from './people.ts'

/**
 * The people of a tenant's file, read anew when the file has changed: provisioning cycles run in processes of their
 * own. Until there is a file, it is the directory that the first cycle will invent. A change that is made here while
 * a cycle runs is lost to that cycle, which writes the whole file when it ends.
 */
export function directoryFile(file: string, size: TenantSize): DirectorySource {
  let known: { readonly version: string; readonly tenant: Tenant } | undefined
  const read = (): Tenant => {
    const stat = statSync(file, { throwIfNoEntry: false })
    const version = stat === undefined ? 'none' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`
    if (known?.version !== version)
      known = { version, tenant: readTenant(file) ?? openTenant(file, '', size) }
    return known.tenant
  }
  return {
    read: () => read().directory,
    change: (edit: (directory: Directory) => void) => {
      const tenant = read()
      edit(tenant.directory)
      saveTenant(file, tenant)
    },
  }
}
