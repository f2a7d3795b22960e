using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>Something that is called and not run by the app.</summary>
/// <param name="Service">Its name and addresses.</param>
/// <param name="DeclaredAt">Where it was declared.</param>
public sealed record ExternalDescription(ExternalService Service, Declaration DeclaredAt = default);
