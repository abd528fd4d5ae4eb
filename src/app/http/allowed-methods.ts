import { HttpException } from '@nestjs/common';
import { type IRouter, type RequestHandler, Router } from 'express';

/** Answers OPTIONS with the methods of the path, and any other method that the path lacks with 405. */
export function allowedMethods(): RequestHandler {
  let router: Router | null = null;
  return (request, response, next) => {
    // Every route is registered before the first request.
    router ??= routerOf(request.app.router);
    router(request, response, next);
  };
}

/** Has every path of the application; lets the methods of a path pass. */
function routerOf({ stack }: IRouter): Router {
  const methodsOf = new Map<string, string[]>();
  for (const { route } of stack) {
    if (route === undefined) continue;
    const methods = route.stack.map(({ method }) => method.toUpperCase());
    methodsOf.set(route.path, [...(methodsOf.get(route.path) ?? []), ...methods]);
  }
  const router = Router();
  for (const [path, methods] of methodsOf) router.all(path, rejectOthers(methods));
  return router;
}

/** Express answers HEAD as it answers GET, without the body. */
function rejectOthers(methods: readonly string[]): RequestHandler {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return ({ method, path }, response, next) => {
    if (method !== 'OPTIONS' && allowed.includes(method)) {
      next();
      return;
    }
    response.setHeader('Allow', allowed.join(', '));
    if (method !== 'OPTIONS') {
      throw new HttpException(`${method} is not allowed on ${path}; use ${methods.join(' or ')}.`, 405);
    }
    response.status(204).end();
  };
}
