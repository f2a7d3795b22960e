using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.Tls;

/// <summary>The spec of kind Tls.</summary>
internal static class TlsSchema
{
    private static readonly WordSchema<TlsVersion> Version = Words.Named<TlsVersion>();

    private static readonly ObjectSchema<TlsSettings> Settings = new ObjectSchema<TlsSettings>(() => new())
        .Value("mode", Words.Named<TlsMode>(), x => x.Mode, (x, v) => x with { Mode = v })
        .Group("tlsVersion", new ObjectSchema<TlsSettings>(() => new())
            .Value("min", Version, x => x.MinVersion, (x, v) => x with { MinVersion = v })
            .Value("max", Version, x => x.MaxVersion, (x, v) => x with { MaxVersion = v }))
        .Value("tlsCiphers", new ListSchema<TlsCipher>(new WordSchema<TlsCipher>(TlsCiphers.Words), mayBeEmpty: false), x => x.Ciphers, (x, v) => x with { Ciphers = v });

    public static ObjectSchema<TlsPolicy> Spec { get; } = SharedSchemas.Spec<TlsPolicy>()
        .List("rules", SharedSchemas.Rule(Settings), x => x.Rules, (x, v) => x with { Rules = v });
}
