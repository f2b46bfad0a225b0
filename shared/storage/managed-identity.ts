/** Alone in a file, so that a bundle which loads this on demand leaves out the library's other twenty credentials. */
export { ManagedIdentityCredential } from '@azure/identity'
