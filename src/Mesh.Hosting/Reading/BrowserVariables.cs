using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;

namespace Mesh.Hosting.Reading;

/// <summary>Environment variables that front-end tools build into what browsers load. Browsers have no sidecar, so addresses in them are front doors.</summary>
internal static class BrowserVariables
{
    // Each is the documented rule of its tool for what is public.
    private static readonly string[] Prefixes =
    [
        "VITE_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "VUE_APP_", "NG_APP_", "PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "STORYBOOK_", "SNOWPACK_PUBLIC_",
    ];

    /// <summary>Whether the variable is for browsers: by its prefix, or because the AppHost said so.</summary>
    public static bool Contains(IResource resource, string? variable) =>
        variable is not null
        && (Prefixes.Any(p => variable.StartsWith(p, StringComparison.Ordinal))
            || resource.Annotations.OfType<BrowserVariableAnnotation>().Any(a => a.Name == variable));
}
