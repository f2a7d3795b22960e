namespace Mesh.Xds.Tests.Server;

/// <summary>A stream as its client has it, whichever way the two speak.</summary>
internal interface ISessionStream
{
    /// <summary>How often the cache told the stream of an endpoint set.</summary>
    int EndpointCalls { get; }

    /// <summary>Every answer: type, version, error.</summary>
    List<(string TypeUrl, string Version, string? Error)> Answers { get; }

    /// <summary>Asks for these of a type; for none: all of them.</summary>
    ISessionStream Ask(string typeUrl, params string[] names);

    /// <summary>Asks as sidecars and Envoy do when they start: all of CDS and LDS, and these of EDS and RDS.</summary>
    ISessionStream AskForEverything(params string[] services);

    /// <summary>The next response, which has to be there and of this type, is taken.</summary>
    /// <returns>Answers it: <see langword="null"/> accepts, a text refuses.</returns>
    Action<string?> Take(string typeUrl);

    /// <summary>Nothing is due.</summary>
    void ExpectNothing();

    /// <summary>Takes and accepts responses until nothing is due; what came, a line each, names in order.</summary>
    List<string> Drain();
}
