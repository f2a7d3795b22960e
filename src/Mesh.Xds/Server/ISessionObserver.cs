namespace Mesh.Xds.Server;

/// <summary>Hears what a session does, for logs and status. Versions are those of the profile, whatever a client was told of.</summary>
internal interface ISessionObserver
{
    /// <summary>A response was handed out.</summary>
    void OnSent(string typeUrl, string version);

    /// <summary>The client accepted a response, or refused it with an error.</summary>
    void OnAnswer(string typeUrl, string version, string? error);

    /// <summary>A reconnected client has all of a type already: nothing was sent, and nothing needs to be accepted.</summary>
    void OnInSync(string typeUrl, string version);

    /// <summary>A type was asked for that is not served.</summary>
    void OnUnknownType(string typeUrl);
}
