import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Bicep compiler that works. */
export interface Bicep {
  readonly command: string
  readonly version: string
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface FindOptions {
  /** Folder of bicep.csproj, which pins the version. */
  readonly infra: string
  /** Whether a missing compiler is fetched from NuGet, where .NET is installed. */
  readonly restore: boolean
}

/** On the path, in the Azure CLI, else the pinned version from NuGet. `undefined` where none can be had. */
export function findBicep({ infra, restore }: FindOptions): Bicep | undefined {
  return (
    working('bicep') ??
    // Where the Azure CLI keeps its own.
    working(join(homedir(), '.azure/bin', EXECUTABLE)) ??
    fromNuGet(infra) ??
    (restore && fetchFromNuGet(infra) ? fromNuGet(infra) : undefined)
  )
}

/** Runs the compiler to its end. */
export function runBicep({ command }: Bicep, args: readonly string[]): Finished {
  return run(command, args, {
    // main.bicepparam asks for it; what it says goes nowhere.
    OPERATOR_EMAIL: 'operator@example.com',
  })
}

const EXECUTABLE = process.platform === 'win32' ? 'bicep.exe' : 'bicep'

function working(command: string): Bicep | undefined {
  const { code, stdout } = run(command, ['--version'])
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0]
  return code === 0 && version !== undefined ? { command, version } : undefined
}

function packagesFolder(): string {
  return process.env['NUGET_PACKAGES'] || join(homedir(), '.nuget/packages')
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'osx', win32: 'win' }

function fromNuGet(infra: string): Bicep | undefined {
  const pinned = /Version="\[([\d.]+)\]"/.exec(readFileSync(join(infra, 'bicep.csproj'), 'utf8'))?.[1]
  const system = SYSTEMS[process.platform]
  if (pinned === undefined || system === undefined) return undefined
  const name = `azure.bicep.commandline.${system}-${process.arch}`
  const command = join(packagesFolder(), name, pinned, 'tools', EXECUTABLE)
  return existsSync(command) ? working(command) : undefined
}

function fetchFromNuGet(infra: string): boolean {
  const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-bicep-'))
  try {
    const project = join(infra, 'bicep.csproj')
    const args = [
      'restore',
      project,
      '--packages',
      packagesFolder(),
      `-p:BaseIntermediateOutputPath=${scratch}/`,
    ]
    return run('dotnet', args).code === 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Finished {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' },
    maxBuffer: 64 * 1024 * 1024,
  })
  // No such program: as good as one that fails.
  return { code: status ?? 1, stdout: stdout ?? '', stderr: stderr ?? '' }
}
