namespace Mesh.Proxy.Downstreams;

/// <summary>Answers the requests of one door.</summary>
internal interface IExchangeHandler
{
    /// <summary>Answers one request; never throws for what a caller or an upstream does.</summary>
    Task HandleAsync(Exchange exchange);
}
