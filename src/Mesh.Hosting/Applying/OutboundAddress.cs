using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Applying;

/// <summary>An endpoint as one caller reaches it: at the listener of the caller's own sidecar.</summary>
internal sealed class OutboundAddress(EndpointReference endpoint, EndpointProperty property, OwnListener listener) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    private const string Host = "localhost";

    /// <inheritdoc />
    public string ValueExpression => ((IManifestExpressionProvider)endpoint.Property(property)).ValueExpression;

    /// <inheritdoc />
    public IEnumerable<object> References => [endpoint];

    private string Port => ReplicaTemplate.Port(listener.Ports);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(property switch
    {
        EndpointProperty.Url => $"{listener.SchemeOf(endpoint.Scheme)}://{Host}:{Port}",
        EndpointProperty.Host => Host,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port => Port,
        EndpointProperty.TargetPort => endpoint.TargetPort?.ToString(CultureInfo.InvariantCulture) ?? Port,
        EndpointProperty.Scheme => listener.SchemeOf(endpoint.Scheme),
        EndpointProperty.HostAndPort => $"{Host}:{Port}",
        EndpointProperty.TlsEnabled => listener.IsTls(endpoint) ? bool.TrueString : bool.FalseString,
        _ => throw new NotSupportedException($"{nameof(EndpointProperty)}.{property} of {endpoint.Resource.Name}/{endpoint.EndpointName} is not known to this version of Mesh.Hosting."),
    });
}
