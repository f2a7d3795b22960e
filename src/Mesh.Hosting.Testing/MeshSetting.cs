namespace Mesh.Hosting.Testing;

/// <summary>Something that applies to a service's sidecars.</summary>
/// <param name="Where">The resource of the sidecar, such as <c>outbound/default/orders/http</c>.</param>
/// <param name="Setting">What, such as <c>timeout.request</c>.</param>
/// <param name="Value">How.</param>
/// <param name="Origin">Who said so, with file and line where there is one.</param>
public sealed record MeshSetting(string Where, string Setting, string Value, string Origin);
