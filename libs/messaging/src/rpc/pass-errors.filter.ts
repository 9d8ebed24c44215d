import { Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Hands every error to the transport as it was thrown. Nest's own filter would reduce it to "Internal server error" and log it;
 * the transport turns it into the reply's `err` and logs what is unknown, once.
 */
@Catch()
export class PassErrors implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
