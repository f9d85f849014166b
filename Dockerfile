# syntax=docker/dockerfile:1
# The program alone: no shell, no package manager, not root. PostgreSQL is somewhere else (DATABASE_URL).
FROM rust:1.89-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev make pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock askama.toml ./
COPY benches benches
COPY migrations migrations
COPY static static
COPY templates templates
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked \
    && install -D --strip target/release/user-accounts /out/user-accounts \
    && install -d /out/data

# Debian's libc, OpenSSL and certificates, and nothing else; 65532 is its user "nonroot".
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/user-accounts /usr/local/bin/user-accounts
COPY --from=build --chown=65532:65532 /out/data /data
ENV DATA_DIR=/data LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/user-accounts"]
CMD ["serve"]
