#!/usr/bin/env bash
# Makes a base image of 10 MB for the native executable out of Debian's own packages, where none can be pulled: the C
# library and what it needs, CA certificates, time zones. No shell, no package manager; user 65532.
#
#   base-image.sh [IMAGE]        default localhost/duet-base:latest
#
# Needs Debian (apt-get, dpkg) and podman. The packages have the versions that apt has now: run apt-get update first. The
# executable must have been linked on this release of Debian or an older one.
set -euo pipefail

image=${1:-localhost/duet-base:latest}
packages=(base-files libc6 zlib1g libgcc-s1 libstdc++6 ca-certificates tzdata netbase)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$work/debs" "$root"

(cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}")
mkdir -p "$root/var/lib/dpkg/status.d"
for deb in "$work"/debs/*.deb; do
  dpkg-deb --extract "$deb" "$root"
  # Scanners look here for what an image without a package manager holds.
  dpkg-deb --field "$deb" > "$root/var/lib/dpkg/status.d/$(dpkg-deb --field "$deb" Package)"
done

cat "$root"/usr/share/ca-certificates/mozilla/*.crt > "$root/etc/ssl/certs/ca-certificates.crt"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
cat > "$root/etc/passwd" << 'END'
root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
END
cat > "$root/etc/group" << 'END'
root:x:0:
nonroot:x:65532:
END

# What no program here reads. The licences (usr/share/doc/*/copyright) stay.
find "$root/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$root"/usr/share/{man,info,locale,lintian,bug,base-files,ca-certificates} \
  "$root"/usr/lib/*/gconv "$root"/usr/sbin "$root"/usr/bin "$root"/sbin "$root"/bin "$root"/etc/update-motd.d
mkdir -p "$root/tmp" "$root/home/nonroot"
chmod 1777 "$root/tmp"
chown -R 0:0 "$root"
chown 65532:65532 "$root/home/nonroot"

tar --create --sort=name --numeric-owner --directory "$root" . |
  podman import --quiet --change 'USER 65532:65532' --change 'WORKDIR /' - "$image" > /dev/null
podman image inspect --format "$image: {{.Size}} bytes" "$image"
