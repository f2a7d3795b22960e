using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Annotations;

/// <summary>What the app speaks at an endpoint, where Aspire's scheme and transport do not say it.</summary>
internal sealed record MeshProtocolAnnotation(string Endpoint, AppProtocol Protocol) : IResourceAnnotation;
