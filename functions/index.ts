/* The bundle's entry: every file registers its functions as it is loaded. */
import './health.ts'
import './scim.ts'
