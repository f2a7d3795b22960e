# The one image of the mesh: the control plane, and the proxy compiled ahead of time. Charts and `mesh inject` name it mesh:<version>.
#   docker build -t registry.example.com/mesh:0.1.0 .
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev
WORKDIR /source
COPY . .
RUN rid=linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/') \
    && dotnet publish src/Mesh.Proxy -c Release -r "$rid" -p:PublishAot=true -o /app/proxy \
    && dotnet publish src/Mesh.ControlPlane -c Release -r "$rid" --no-self-contained -o /app/control-plane \
    && mkdir -p /state/mesh \
    && find /app \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -delete

# No shell, no package manager; the runtime is the control plane's, the libraries for TLS are the proxy's as well.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /app
# A new volume that is mounted there takes its owner from here: Compose has no other way to give one to a user.
COPY --from=build --chown=65532:65532 /state/mesh /var/lib/mesh
# In numbers, so that the kubelet can see that it is not root. Nothing is written but to volumes.
USER 65532:65532
# The user is in no passwd: .NET looks for certificate stores in HOME, which some container runtimes give and some do not.
ENV DOTNET_EnableDiagnostics=0 HOME=/
ENTRYPOINT ["/app/control-plane/mesh-control-plane"]
