# One image for every role: `gateway`, `ingest`, `subgraph people`, and the commands of a person, such as `doctor`.
# Debian and not Alpine, because the query planner is built for glibc only.

FROM node:24-bookworm-slim AS build
WORKDIR /tributary
COPY . .
# What is removed at the end starts servers on one machine, which the other containers do here, and is 700 MB.
RUN --mount=type=cache,target=/root/.npm \
    node cli/prepare.mjs \
 && npm prune --omit=dev --no-fund --no-audit \
 && rm -rf node_modules/@chdb node_modules/chdb node_modules/node node_modules/.bin/node

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    TRIBUTARY_DATA=/var/lib/tributary
WORKDIR /tributary
COPY --from=build /tributary/package.json /tributary/LICENSE ./
COPY --from=build /tributary/node_modules node_modules
COPY --from=build /tributary/schema/*.graphql schema/
COPY --from=build /tributary/dist dist
# The program is root's and read-only for the one who runs it; its data folder is his.
RUN install -d -o node -g node "$TRIBUTARY_DATA"
USER node
EXPOSE 4000
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "dist/cli/main.js"]
CMD ["gateway"]
