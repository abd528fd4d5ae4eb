import { HttpException } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { RequestHandler } from 'express';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** OPTIONS on a route says what may be asked of it, and what may not be is a 405, by what the API's description says. */
export function allowedMethods(describe: () => OpenAPIObject): RequestHandler {
  let routes: readonly Route[] | null = null;
  return (request, response, next) => {
    routes ??= routesOf(describe());
    const { method, path } = request;
    const methods = routes.find((route) => route.path.test(path))?.methods;
    if (methods === undefined || (method !== 'OPTIONS' && methods.includes(method))) {
      next();
      return;
    }
    response.setHeader('Allow', methods.join(', '));
    if (method !== 'OPTIONS') {
      throw new HttpException(`${method} is not for ${path}; ${methods.join(', ')} are.`, 405);
    }
    response.status(204).end();
  };
}

/** Express takes paths in any case, and a slash more at the end. */
function routesOf({ paths }: OpenAPIObject): Route[] {
  return Object.entries(paths).map(([path, item]) => ({
    path: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`, 'i'),
    methods: [
      ...METHODS.filter((method) => item[method] !== undefined).map((method) => method.toUpperCase()),
      ...(item.get === undefined ? [] : ['HEAD']),
      'OPTIONS',
    ],
  }));
}
