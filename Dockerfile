# A static binary in an empty image: no shell, no package manager, no root.
#
#   docker build --build-arg VERSION="$(git describe --tags --always --abbrev=12)" --build-arg COMMIT="$(git rev-parse --short=12 HEAD)" \
#     --build-arg DATE="$(TZ=UTC git log -1 --date=format-local:%F --format=%cd)" -t attrmigrate .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" attrmigrate apply --sandbox --yes loyalty.csv
#
# Run directories are written to the working directory, /work. Mount a volume there: without one they
# go with the container, and with them the place where an interrupted run would continue.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev COMMIT= DATE=
RUN build=attrmigrate/internal/cli.build && CGO_ENABLED=0 go build -trimpath \
    -ldflags "-s -w -X ${build}Version=$VERSION -X ${build}Commit=$COMMIT -X ${build}Date=$DATE" \
    -o /out/attrmigrate ./cmd/attrmigrate
RUN mkdir /out/work /out/tmp && echo 'attrmigrate:x:65532:65532::/work:/sbin/nologin' >/out/passwd

FROM scratch
# The certificates of AWS are checked against these.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/passwd /etc/passwd
COPY --from=build --chown=65532:65532 /out/work /work
# What is temporary, such as the work directory of a run that is kept in S3.
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY --from=build /out/attrmigrate /usr/local/bin/attrmigrate
# A number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 65532:65532
WORKDIR /work
# The first one lets calls under way end; wait longer than --drain-timeout (15s) before killing.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/attrmigrate"]
