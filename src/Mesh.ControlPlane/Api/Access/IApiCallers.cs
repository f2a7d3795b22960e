namespace Mesh.ControlPlane.Api;

/// <summary>Knows who shows a token and what it may do.</summary>
internal interface IApiCallers
{
    /// <summary>Where callers get a token from, as the end of a sentence.</summary>
    string Cure { get; }

    /// <summary>Whose a token is.</summary>
    /// <param name="token">What the caller sent.</param>
    /// <param name="scope">What it wants to do: whether it may has to be in the answer, other scopes need not.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The caller; <see langword="null"/>: the token is nobody's.</returns>
    /// <exception cref="CallersUnknownException">Nobody could be asked.</exception>
    ValueTask<ApiCaller?> FindAsync(string token, string scope, CancellationToken cancellationToken);
}
