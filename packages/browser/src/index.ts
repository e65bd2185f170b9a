export { GatehouseError } from './errors.ts'
export { createGatehouse } from './gatehouse.ts'
export type * from './types.ts'
