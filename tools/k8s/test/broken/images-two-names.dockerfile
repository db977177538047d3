# images: FROM ${BASE}: gcr.io/distroless/java-base-debian12 is not pinned to a version
# images: COPY --from=build /project/target/duet-runner duet: there is no stage build before
# images: COPY docs docs: .dockerignore does not let docs through
# images: USER: must be 65532:65532, not root
# images: ENTRYPOINT: must be a list
# images: LABEL: org.opencontainers.image.licenses is missing
# images: LABEL: org.opencontainers.image.source is missing
# images: LABEL: org.opencontainers.image.revision is missing
# images: LABEL: org.opencontainers.image.created is missing
# images: LABEL: version is 0.0.9, and
# images: duet:0.1.0-native: the image's name is duet:
ARG BASE=gcr.io/distroless/java-base-debian12
FROM ${BASE}
LABEL org.opencontainers.image.title="Duet" \
      org.opencontainers.image.description="..." \
      org.opencontainers.image.version="0.0.9"
COPY docs docs
COPY --from=build /project/target/duet-runner duet
ENTRYPOINT /app/duet
