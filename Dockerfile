ARG BASE=docker.io/library/node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY . .
# Packages of development go, and with them the optional peers of Prisma's client, which npm ci --omit=dev keeps; then what no
# program loads: Node.js, which comes with the image, maps, types, and the query compilers for other databases.
RUN npm run build \
  && npm pkg delete devDependencies \
  && npm prune --no-audit --no-fund --loglevel=error \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/.cache \
  && find node_modules -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \
       -o -name 'query_compiler_*' ! -name '*.postgresql.*' ')' -delete

FROM ${BASE}
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/scripts scripts
COPY --from=build /app/prisma prisma
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "scripts/healthcheck.mjs"]
# Node itself receives SIGTERM. The flags are those of npm start.
CMD ["node", "--max-old-space-size=512", "--max-semi-space-size=16", "--v8-pool-size=0", "dist/main.js"]
