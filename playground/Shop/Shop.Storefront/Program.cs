using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults;
using Shop.Storefront.Catalog;
using Shop.Storefront.Demo;
using Shop.Storefront.Ordering;
using Shop.Storefront.Web;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddServiceDefaults();
builder.AddCatalog();
builder.AddOrdering();
builder.AddDemo();

// There is no session to ride on: SameOriginForms refuses forms of other sites, and no key needs to be kept.
builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
builder.Services.AddRazorPages(pages => pages.Conventions.ConfigureFilter(new IgnoreAntiforgeryTokenAttribute()));

var app = builder.Build();
app.UseErrorPages();
app.UseSecurityHeaders();
app.UseSameOriginForms();
app.MapAssets();
app.MapStockStream();
app.MapRazorPages();
app.MapDefaultEndpoints();
app.Run();
