import { HttpException } from '@nestjs/common';
import { type IRouter, type RequestHandler, Router } from 'express';

/** OPTIONS on a route says what may be asked of it, and what may not be is a 405. */
export function allowedMethods(): RequestHandler {
  let router: Router | null = null;
  return (request, response, next) => {
    // All routes are there once the first request is.
    router ??= refusalsBeside(request.app.router);
    router(request, response, next);
  };
}

/** Has the paths of all routes, and lets through what their methods are. */
function refusalsBeside({ stack }: IRouter): Router {
  const methodsOf = new Map<string, string[]>();
  for (const { route } of stack) {
    if (route === undefined) continue;
    const methods = route.stack.map(({ method }) => method.toUpperCase());
    methodsOf.set(route.path, [...(methodsOf.get(route.path) ?? []), ...methods]);
  }
  const router = Router();
  for (const [path, methods] of methodsOf) router.all(path, refuseOthers(methods));
  return router;
}

/** Express answers HEAD as GET without a body. */
function refuseOthers(methods: readonly string[]): RequestHandler {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return ({ method, path }, response, next) => {
    if (method !== 'OPTIONS' && allowed.includes(method)) {
      next();
      return;
    }
    response.setHeader('Allow', allowed.join(', '));
    if (method !== 'OPTIONS') {
      throw new HttpException(`${method} is not for ${path}; ${allowed.join(', ')} are.`, 405);
    }
    response.status(204).end();
  };
}
