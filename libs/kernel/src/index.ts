export { AppError, isAppError, toAppError, errorCodes, type ErrorCode, type ErrorData, type FieldError } from './app-error.js';
export { systemClock, fixedClock, type Clock } from './clock.js';
export { assertNever } from './assert-never.js';
export { newId } from './id.js';
export { timestamp } from './timestamp.js';
export { limits } from './limits.js';
