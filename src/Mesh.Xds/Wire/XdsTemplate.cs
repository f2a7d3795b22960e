namespace Mesh.Xds.Wire;

/// <summary>
/// Resources that are made when they are asked for, because their name says something that only the client knows: a server's listener is named after the address it
/// listens at. They are never part of a wildcard.
/// </summary>
/// <param name="TypeUrl">Their type.</param>
/// <param name="Prefix">What their names begin with.</param>
/// <param name="Sample">One of them: its version is that of all, and what it breaks they all break.</param>
/// <param name="Make">Makes the one of a name; <see langword="null"/>: there is none of this name.</param>
public sealed record XdsTemplate(string TypeUrl, string Prefix, XdsResource Sample, Func<string, XdsResource?> Make);
