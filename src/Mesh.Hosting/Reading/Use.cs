using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>A resource whose address or connection string somebody was given.</summary>
/// <param name="Target">Whose.</param>
/// <param name="Endpoint">Which endpoint; <see langword="null"/>: its endpoints are not known to the app, or all are meant.</param>
internal sealed record Use(IResource Target, string? Endpoint);
