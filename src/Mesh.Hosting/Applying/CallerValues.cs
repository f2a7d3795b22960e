using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;

namespace Mesh.Hosting.Applying;

/// <summary>
/// Rewrites the values that a caller is given: where one names an endpoint of the mesh, it comes out at the caller's own sidecar. Everything else, secrets among it,
/// stays the object it was.
/// </summary>
/// <param name="isConcerned">Whether values that name the endpoint may have to change.</param>
/// <param name="address">A part of an endpoint's address as the caller is to have it: a text or a value; <see langword="null"/>: as it was.</param>
/// <param name="unknown">What becomes of a kind of value that only its author knows and that names such an endpoint.</param>
internal sealed partial class CallerValues(
    Func<EndpointAnnotation, bool> isConcerned, Func<EndpointReference, EndpointProperty, object?> address, Func<IValueProvider, object> unknown)
{
    /// <summary>For an app that runs: endpoints come out at the listeners of the caller's own sidecars.</summary>
    /// <param name="outbound">The caller's listeners by endpoint.</param>
    /// <param name="fromContainer">
    /// For a caller in a container, whose loopback is not the sidecar's: the sidecar's own endpoints, for which Aspire finds the way out of the container.
    /// </param>
    public static CallerValues AtOwnSidecars(
        ImmutableDictionary<EndpointAnnotation, OwnListener> outbound, ImmutableDictionary<EndpointAnnotation, EndpointReference>? fromContainer = null) => new(
            outbound.ContainsKey,
            (endpoint, property) => fromContainer?.GetValueOrDefault(endpoint.EndpointAnnotation) is { } reachable
                ? reachable.Property(property)
                : outbound.TryGetValue(endpoint.EndpointAnnotation, out var listener) ? new OutboundAddress(endpoint, property, listener) : null,
            provider => new InCallersPlace(provider, outbound));

    /// <summary>The value that the caller gets.</summary>
    public object Rewrite(object value) => IsConcerned(value) ? Rewritten(value) : value;

    private bool IsConcerned(object value) => ValueWalk.Endpoints(value).Any(use => use is { Target: IResourceWithEndpoints resource, Endpoint: { } name }
        && resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase) && isConcerned(e)));

    private object Rewritten(object value) => value switch
    {
        EndpointReference endpoint => address(endpoint, EndpointProperty.Url) ?? endpoint,
        EndpointReferenceExpression expression => address(expression.Endpoint, expression.Property) ?? expression,
        ConnectionStringReference reference => Rewrite(reference.Resource),
        IResourceWithConnectionString resource => Rewrite(ValueWalk.Redirected(resource).ConnectionStringExpression),
        ReferenceExpression { IsConditional: true } conditional => Conditional(conditional),
        ReferenceExpression expression => Expression(expression),
        IValueProvider provider => unknown(provider),
        _ => value,
    };

    private ReferenceExpression Conditional(ReferenceExpression conditional) => ReferenceExpression.CreateConditional(
        Rewrite(conditional.Condition!) as IValueProvider ?? conditional.Condition!, // whether TLS is spoken is another question at a sidecar
        conditional.MatchValue!,
        (ReferenceExpression)Rewrite(conditional.WhenTrue!),
        (ReferenceExpression)Rewrite(conditional.WhenFalse!));

    private ReferenceExpression Expression(ReferenceExpression expression)
    {
        var builder = new ReferenceExpressionBuilder();
        var at = 0;
        foreach (Match hole in Hole().Matches(expression.Format))
        {
            if (!hole.Groups["index"].Success)
            {
                continue; // an escaped brace, part of the text
            }

            // The text of a format is escaped already, and the builder takes it as it is.
            builder.AppendLiteral(expression.Format[at..hole.Index]);
            var index = int.Parse(hole.Groups["index"].Value, CultureInfo.InvariantCulture);
            if (Rewrite(expression.ValueProviders[index]) is var value && value is string text)
            {
                builder.AppendFormatted(text, expression.StringFormats[index]);
            }
            else
            {
                builder.AppendValueProvider(value, expression.StringFormats[index]);
            }

            at = hole.Index + hole.Length;
        }

        builder.AppendLiteral(expression.Format[at..]);
        return builder.Build();
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<index>\d+)\}")]
    private static partial Regex Hole();

    // A kind of value that only its author knows: it is asked as ever, and the front doors' addresses in its answer become the caller's.
    private sealed class InCallersPlace(IValueProvider inner, ImmutableDictionary<EndpointAnnotation, OwnListener> outbound) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
    {
        public string ValueExpression => (inner as IManifestExpressionProvider)?.ValueExpression ?? "";

        public IEnumerable<object> References => inner is IValueWithReferences with ? with.References : [];

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Replace(await inner.GetValueAsync(cancellationToken));

        public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
            Replace(await inner.GetValueAsync(context, cancellationToken));

        private string? Replace(string? text) => text is null ? null : AtOwnSidecar(text, inner, outbound);
    }

    private static string AtOwnSidecar(string text, object value, ImmutableDictionary<EndpointAnnotation, OwnListener> outbound)
    {
        foreach (var use in ValueWalk.Endpoints(value))
        {
            if (use is { Target: IResourceWithEndpoints resource, Endpoint: { } name }
                && resource.GetEndpoint(name) is { Exists: true, EndpointAnnotation: { AllocatedEndpoint: { } allocated } endpoint }
                && outbound.TryGetValue(endpoint, out var listener))
            {
                text = Regex.Replace(
                    text,
                    $@"(?<![\w.]){Regex.Escape(allocated.Address)}:{allocated.Port.ToString(CultureInfo.InvariantCulture)}(?!\d)",
                    $"localhost:{ReplicaTemplate.Port(listener.Ports)}".Replace("$", "$$", StringComparison.Ordinal));
            }
        }

        return text;
    }
}
