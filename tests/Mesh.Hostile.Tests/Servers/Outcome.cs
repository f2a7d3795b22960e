namespace Mesh.Hostile.Tests.Servers;

/// <summary>What became of a message, from the laxest to the strictest.</summary>
internal enum Outcome
{
    /// <summary>A request of it reached the app.</summary>
    Forwarded,

    /// <summary>The server waits for more.</summary>
    Waits,

    /// <summary>Answered by the server itself; what came behind it on the connection was served.</summary>
    Refused,

    /// <summary>The connection was closed, with an answer or without; what came behind was not served.</summary>
    RefusedAndClosed,
}
