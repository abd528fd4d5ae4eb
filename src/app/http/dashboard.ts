import { join } from 'node:path';
import { NotFoundException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type RequestHandler } from 'express';
import { projectFolder } from '../../common/project-folder.js';

const PATH = '/ui/';
const LINKS = { dashboard: PATH, docs: '/docs', openapi: '/openapi.json', health: '/health' };

/** Posters come from TMDB's image host; everything else from this origin, and nothing inline. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https://image.tmdb.org",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the dashboard below `/ui/`, and leads browsers there from `/`. Its files are open even where READ_ACCESS is
 * `signed_in`: they contain no data, and what the dashboard reads from the API requires the token.
 */
export function serveDashboard(app: NestExpressApplication): void {
  const folder = join(projectFolder(), 'dist', 'ui');
  app
    .getHttpAdapter()
    .getInstance()
    .get('/', (request, response) => {
      // A client that names no type, as curl, gets JSON.
      response.vary('Accept');
      if (request.accepts(['json', 'html']) === 'html') response.redirect(303, PATH);
      else response.json(LINKS);
    });
  app.use('/ui', contentPolicy(), assets(folder), page(folder));
}

function contentPolicy(): RequestHandler {
  return (_, response, next) => {
    response.setHeader('Content-Security-Policy', CONTENT_POLICY);
    next();
  };
}

/** The names of the built files contain a hash of their content, so that they can be cached forever. */
function assets(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response, file) => {
      const isHashed = file.startsWith(join(folder, 'assets'));
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** All addresses of pages get the same document, whose script shows the page. */
function page(folder: string): RequestHandler {
  return (request, response, next) => {
    const { method, originalUrl, path } = request;
    if ((method !== 'GET' && method !== 'HEAD') || path.startsWith('/assets/')) {
      next();
    } else if (!originalUrl.startsWith(PATH)) {
      response.redirect(308, PATH + originalUrl.slice(PATH.length - 1).replace(/^\/+/, ''));
    } else {
      response.setHeader('Cache-Control', 'no-cache');
      response.sendFile('index.html', { root: folder, cacheControl: false }, (error: unknown) => {
        if (isMissing(error)) next(new NotFoundException('The dashboard is not built. Run "npm run build".'));
        // The client has closed the connection.
        else if (error !== undefined && !response.headersSent) next(error);
      });
    }
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
