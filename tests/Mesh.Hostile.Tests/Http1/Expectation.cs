namespace Mesh.Hostile.Tests.Http1;

/// <summary>What the mesh has to do with a message.</summary>
internal enum Expectation
{
    /// <summary>Nothing of it reaches the app.</summary>
    Refused,

    /// <summary>It is a request and reaches the app, once.</summary>
    Passes,

    /// <summary>Two requests reach the app, each for itself.</summary>
    PassesTwice,
}
